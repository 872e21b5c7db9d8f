/** What will be done differently, as an issue in Jira: one press makes it, with an owner and a due date. */
import React, { useState } from 'react';
import {
  DatePicker,
  ErrorMessage,
  Heading,
  HelperMessage,
  Label,
  Link,
  LoadingButton,
  Stack,
  Text,
} from '@forge/react';

import type { Offer } from './wire';

interface PromiseFormProps {
  offer: Offer;
  problem: string;
  onPromise: (due: string) => Promise<void>;
}

export const PromiseForm = ({ offer, problem, onPromise }: PromiseFormProps) => (
  <Stack space="space.100">
    {offer.made && (
      <Text>
        What we will do differently is an issue now: <Link href={offer.made.url}>{offer.made.key}</Link>
        {offer.made.status && ` (${offer.made.status})`}.
      </Text>
    )}
    {offer.waiting && (
      <Text>
        The issue for what we will do differently is being made. It is linked to this one within a minute or two.
      </Text>
    )}
    {offer.can && <Offered offer={offer} problem={problem} onPromise={onPromise} />}
    {offer.note && <Text size="small">{offer.note}</Text>}
  </Stack>
);

const Offered = ({ offer, problem, onPromise }: PromiseFormProps) => {
  const [due, setDue] = useState(offer.due);
  const [asking, setAsking] = useState(false);

  const press = async (): Promise<void> => {
    setAsking(true);
    await onPromise(due);
    setAsking(false);
  };

  return (
    <Stack space="space.100">
      <Heading as="h3" size="small">
        Make it an issue in Jira
      </Heading>
      <Text>{offer.words}</Text>
      <Stack>
        <Label labelFor="due">Due date</Label>
        <DatePicker
          id="due"
          name="due"
          value={due}
          isInvalid={problem !== ''}
          onChange={(day: string) => setDue(day)}
        />
        {problem && <ErrorMessage>{problem}</ErrorMessage>}
        <HelperMessage>
          It is linked to this issue and assigned to you. The next retro opens with it until it is closed.
        </HelperMessage>
      </Stack>
      <LoadingButton isLoading={asking} onClick={() => void press()}>
        Make it an issue in Jira
      </LoadingButton>
    </Stack>
  );
};
