/** The panel on an issue: what was learned from it, to read and to change. */
import React, { useEffect, useState } from 'react';
import ForgeReconciler, { Heading, Link, SectionMessage, Spinner, Stack, Text } from '@forge/react';

import { AnswerForm } from './form';
import { PromiseForm } from './promise';
import { makeIssue, openPanel, saveAnswer, type Answer, type Panel } from './wire';

const App = () => {
  const [panel, setPanel] = useState<Panel>();
  const [trouble, setTrouble] = useState('');
  const [problem, setProblem] = useState('');
  const [saves, setSaves] = useState(0);

  useEffect(() => {
    void openPanel().then((said) => (said.heard ? setPanel(said.body) : setTrouble(said.words)));
  }, []);

  const save = async (answer: Answer): Promise<void> => {
    setTrouble('');
    const said = await saveAnswer(answer);
    if (!said.heard) {
      setTrouble(`${said.words} Nothing is lost: what you wrote is still here. Save it again in a minute.`);
      return;
    }
    setPanel(said.body);
    if (!said.body.problems) {
      // A new key makes the form anew, with what was kept; after a problem it stays, with what was typed.
      setSaves((count) => count + 1);
    }
  };

  const promise = async (due: string): Promise<void> => {
    setTrouble('');
    const said = await makeIssue(due);
    if (said.heard) {
      // The form keeps what was typed in it: only what became of the promise is new.
      setPanel((before) => before && { ...before, promise: said.body.promise });
      setProblem(said.body.problems?.due ?? '');
    } else {
      setTrouble(`${said.words} No issue was asked for. Try it again in a minute.`);
    }
  };

  if (!panel) {
    return trouble ? <Text>{`${trouble} Open this panel again in a minute.`}</Text> : <Spinner label="Loading" />;
  }
  return (
    <Stack space="space.200">
      {trouble && (
        <SectionMessage appearance="warning" title="Not saved yet">
          <Text>{trouble}</Text>
        </SectionMessage>
      )}
      <Told panel={panel} />
      {panel.editable && <AnswerForm key={saves} panel={panel} onSave={save} />}
      <PromiseForm key={panel.promise.due} offer={panel.promise} problem={problem} onPromise={promise} />
      {panel.experiment && (
        <Text size="small">
          <Link href={panel.experiment} openNewTab>
            Is this an experiment? Write down what you test, or what it told you
          </Link>
        </Text>
      )}
    </Stack>
  );
};

/** What there is to read above the form, or instead of it. */
const Told = ({ panel }: { panel: Panel }) => (
  <Stack space="space.100">
    {panel.words && <Text>{panel.words}</Text>}
    {panel.page && (
      <Text>
        It lives on <Link href={panel.page.url}>{panel.page.title}</Link>.
      </Text>
    )}
    {!panel.editable && panel.questions.filter((question) => question.value).map((question) => (
      <Stack key={question.name} space="space.050">
        <Heading as="h3" size="xsmall">
          {question.label}
        </Heading>
        <Text>{question.value}</Text>
      </Stack>
    ))}
  </Stack>
);

ForgeReconciler.render(
  <React.StrictMode>
    <App />
  </React.StrictMode>,
);
