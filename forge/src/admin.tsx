/** The admin page: whether LearnLoop works here, what needs a hand, and what came in lately. */
import React, { useEffect, useState } from 'react';
import ForgeReconciler, { DynamicTable, Heading, SectionMessage, Spinner, Stack, Text } from '@forge/react';

import { openAdmin, type Admin, type Delivery } from './wire';

const HEAD = {
  cells: [
    { key: 'received', content: 'Received' },
    { key: 'event', content: 'Event' },
    { key: 'about', content: 'About' },
    { key: 'state', content: 'State' },
    { key: 'reason', content: 'Why' },
  ],
};

const EMPTY = 'Nothing has come in yet. Move an issue to a done status, and it shows here within a minute.';

const App = () => {
  const [admin, setAdmin] = useState<Admin>();
  const [trouble, setTrouble] = useState('');

  useEffect(() => {
    void openAdmin().then((said) => (said.heard ? setAdmin(said.body) : setTrouble(said.words)));
  }, []);

  if (!admin) {
    return trouble ? <Unreached words={trouble} /> : <Spinner label="Loading" />;
  }
  return (
    <Stack space="space.300">
      <Stack space="space.100">
        <Text>{`${admin.site}: ${admin.state}`}</Text>
        <Text size="small">{`In LearnLoop’s commands and logs this installation is called ${admin.tenant}.`}</Text>
      </Stack>
      {admin.warnings.map((warning) => (
        <SectionMessage key={warning} appearance="warning">
          <Text>{warning}</Text>
        </SectionMessage>
      ))}
      <Stack space="space.100">
        <Heading as="h2" size="small">
          What came in lately
        </Heading>
        <DynamicTable
          label="What came in lately"
          head={HEAD}
          rows={admin.deliveries.map(row)}
          rowsPerPage={20}
          emptyView={<Text>{EMPTY}</Text>}
        />
      </Stack>
    </Stack>
  );
};

const Unreached = ({ words }: { words: string }) => (
  <SectionMessage appearance="error" title="No answer from LearnLoop">
    <Text>{words}</Text>
    <Text>
      Check that it runs, and that the address in this app’s settings is the address of your LearnLoop. Nothing is
      lost while it is away: Jira repeats what it could not deliver, and LearnLoop looks for what it missed.
    </Text>
  </SectionMessage>
);

function row(delivery: Delivery, index: number) {
  const { received, event, about, state, reason } = delivery;
  return {
    key: `${received} ${index}`,
    cells: [received, event, about, state, reason].map((content, column) => ({ key: `${column}`, content })),
  };
}

ForgeReconciler.render(
  <React.StrictMode>
    <App />
  </React.StrictMode>,
);
