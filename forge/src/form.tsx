/** The form of the panel: the questions, the topics, two choices of the person's own, and two ways to answer. */
import React, { useState } from 'react';
import {
  Button,
  ButtonGroup,
  Checkbox,
  ErrorMessage,
  HelperMessage,
  Inline,
  Label,
  LoadingButton,
  RequiredAsterisk,
  SectionMessage,
  Stack,
  Text,
  TextArea,
  Textfield,
} from '@forge/react';

import type { Answer, Panel, Question, QuestionName } from './wire';

type Choice = 'learned' | 'nothing_new';
type Changed = { target: { value?: string } };

interface AnswerFormProps {
  panel: Panel;
  onSave: (answer: Answer) => Promise<void>;
}

export const AnswerForm = ({ panel, onSave }: AnswerFormProps) => {
  const [texts, setTexts] = useState(() => textsOf(panel.questions));
  const [topics, setTopics] = useState(panel.topics.value);
  const [thank, setThank] = useState(panel.thank);
  const [changedCourse, setChangedCourse] = useState(panel.changed_course);
  const [saving, setSaving] = useState<Choice>();
  const problems = panel.problems ?? {};

  const save = async (choice: Choice): Promise<void> => {
    setSaving(choice);
    await onSave({
      ...texts,
      topics,
      thank_by_name: thank,
      changed_course: changedCourse,
      nothing_new: choice === 'nothing_new',
    });
    setSaving(undefined);
  };

  return (
    <Stack space="space.200">
      <Again count={Object.keys(problems).length} />
      {panel.questions.map((question) => (
        <QuestionField
          key={question.name}
          question={question}
          problem={problems[question.name]}
          onChange={(value) => setTexts((all) => ({ ...all, [question.name]: value }))}
        />
      ))}
      <TopicsField value={topics} suggested={panel.topics.suggested} problem={problems.topics} onChange={setTopics} />
      <Checkbox
        name="changed_course"
        label="This changed what we do next"
        isChecked={changedCourse}
        onChange={() => setChangedCourse((before) => !before)}
      />
      <Checkbox
        name="thank_by_name"
        label="You may thank me by name in the retro"
        isChecked={thank}
        onChange={() => setThank((before) => !before)}
      />
      <Buttons saving={saving} onPress={(choice) => void save(choice)} />
      <Text size="small">{panel.audience}</Text>
    </Stack>
  );
};

/** That the form has to be looked at again, when it has. */
const Again = ({ count }: { count: number }) =>
  count > 0 && (
    <SectionMessage appearance="warning" title="Nothing is lost">
      <Text>{count === 1 ? 'One field needs another look.' : `${count} fields need another look.`}</Text>
    </SectionMessage>
  );

interface ButtonsProps {
  saving: Choice | undefined;
  onPress: (choice: Choice) => void;
}

const Buttons = ({ saving, onPress }: ButtonsProps) => {
  const state = (choice: Choice) => ({ isLoading: saving === choice, isDisabled: saving !== undefined });
  return (
    <ButtonGroup label="Answer">
      <LoadingButton appearance="primary" {...state('learned')} onClick={() => onPress('learned')}>
        Save what we learned
      </LoadingButton>
      <LoadingButton {...state('nothing_new')} onClick={() => onPress('nothing_new')}>
        Nothing new this time
      </LoadingButton>
    </ButtonGroup>
  );
};

interface QuestionFieldProps {
  question: Question;
  problem: string | undefined;
  onChange: (value: string) => void;
}

const QuestionField = ({ question, problem, onChange }: QuestionFieldProps) => {
  const shared = {
    id: question.name,
    name: question.name,
    defaultValue: question.value,
    isRequired: question.required,
    isInvalid: problem !== undefined,
    onChange: (event: Changed) => onChange(event.target.value ?? ''),
  };
  return (
    <Stack>
      <Label labelFor={question.name}>
        {question.label}
        {question.required && <RequiredAsterisk />}
      </Label>
      {question.name === 'lives_at' ? (
        <Textfield {...shared} type="url" placeholder="https://" />
      ) : (
        <TextArea {...shared} minimumRows={question.required ? 4 : 2} />
      )}
      <HelperMessage>{question.hint}</HelperMessage>
      {problem && <ErrorMessage>{problem}</ErrorMessage>}
    </Stack>
  );
};

interface TopicsFieldProps {
  value: string;
  suggested: string[];
  problem: string | undefined;
  onChange: (value: string) => void;
}

const TopicsField = ({ value, suggested, problem, onChange }: TopicsFieldProps) => {
  const chosen = value.split(/[,\s]+/).filter(Boolean);
  return (
    <Stack space="space.050">
      <Label labelFor="topics">Topics</Label>
      <Textfield
        id="topics"
        name="topics"
        value={value}
        isInvalid={problem !== undefined}
        onChange={(event: Changed) => onChange(event.target.value ?? '')}
      />
      <HelperMessage>
        {`Words that gather learnings, such as ${suggested[0] ?? 'caching'}. Separate them with commas or spaces.`}
      </HelperMessage>
      {problem && <ErrorMessage>{problem}</ErrorMessage>}
      <Inline space="space.050" rowSpace="space.050" shouldWrap>
        {suggested
          .filter((topic) => !chosen.includes(topic))
          .map((topic) => (
            <Button
              key={topic}
              appearance="subtle"
              spacing="compact"
              iconBefore="add"
              onClick={() => onChange([...chosen, topic].join(', '))}
            >
              {topic}
            </Button>
          ))}
      </Inline>
    </Stack>
  );
};

function textsOf(questions: Question[]): Record<QuestionName, string> {
  const none: Record<QuestionName, string> = { learned: '', surprised: '', differently: '', lives_at: '' };
  return questions.reduce((texts, question) => ({ ...texts, [question.name]: question.value }), none);
}
