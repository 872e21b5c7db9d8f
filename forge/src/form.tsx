/** The form of the panel: the questions, the topics, the person's own choices, and two ways to answer. */
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
  Select,
  Stack,
  Text,
  TextArea,
  Textfield,
} from '@forge/react';

import type { Act, Answer, Panel, Question, QuestionName } from './wire';

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
  const [thankedFor, setThankedFor] = useState(panel.thanked_for);
  const [teamOnly, setTeamOnly] = useState(panel.team_only);
  const [changedCourse, setChangedCourse] = useState(panel.changed_course);
  const [saving, setSaving] = useState<Choice>();
  const problems = panel.problems ?? {};
  const start = panel.occasion === 'start';

  const save = async (choice: Choice): Promise<void> => {
    setSaving(choice);
    await onSave({
      ...texts,
      topics,
      thank_by_name: thank,
      thanked_for: thankedFor,
      team_only: teamOnly,
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
      {!start && (
        <TopicsField value={topics} suggested={panel.topics.suggested} problem={problems.topics} onChange={setTopics} />
      )}
      {!start && (
        <Checkbox
          name="changed_course"
          label="This changed what we do next"
          isChecked={changedCourse}
          onChange={() => setChangedCourse((before) => !before)}
        />
      )}
      <Checkbox
        name="thank_by_name"
        label="You may thank me by name in the retro"
        isChecked={thank}
        onChange={() => setThank((before) => !before)}
      />
      <ThanksField acts={panel.acts} value={thankedFor} onChange={setThankedFor} />
      {!start && (
        <Stack>
          <Checkbox
            name="team_only"
            label="Keep this within the team"
            isChecked={teamOnly}
            onChange={() => setTeamOnly((before) => !before)}
          />
          <HelperMessage>{`${panel.team_hint} You can change it here.`}</HelperMessage>
        </Stack>
      )}
      <Buttons start={start} saving={saving} onPress={(choice) => void save(choice)} />
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
  start: boolean;
  saving: Choice | undefined;
  onPress: (choice: Choice) => void;
}

const Buttons = ({ start, saving, onPress }: ButtonsProps) => {
  const state = (choice: Choice) => ({ isLoading: saving === choice, isDisabled: saving !== undefined });
  return (
    <ButtonGroup label="Answer">
      <LoadingButton appearance="primary" {...state('learned')} onClick={() => onPress('learned')}>
        {start ? 'Save what we hope to learn' : 'Save what we learned'}
      </LoadingButton>
      {!start && (
        <LoadingButton {...state('nothing_new')} onClick={() => onPress('nothing_new')}>
          Nothing new this time
        </LoadingButton>
      )}
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

interface ThanksFieldProps {
  acts: Act[];
  value: string;
  onChange: (value: string) => void;
}

/** What one may be thanked for; it stands on the retro's page only together with the consent above it. */
const ThanksField = ({ acts, value, onChange }: ThanksFieldProps) => {
  const options = [
    { label: 'Only if this changed what we do next', value: '' },
    ...acts.map((act) => ({ label: `You ${act.words}`, value: act.id })),
  ];
  return (
    <Stack>
      <Label labelFor="thanked_for">What for</Label>
      <Select
        inputId="thanked_for"
        name="thanked_for"
        options={options}
        value={options.find((option) => option.value === value)}
        onChange={(chosen: { value: string } | null) => onChange(chosen?.value ?? '')}
      />
      <HelperMessage>It is said so, on the page of the retro. You can take it back here.</HelperMessage>
    </Stack>
  );
};

function textsOf(questions: Question[]): Record<QuestionName, string> {
  const none: Record<QuestionName, string> = {
    learned: '',
    surprised: '',
    differently: '',
    lives_at: '',
    missing: '',
    hoped: '',
  };
  return questions.reduce((texts, question) => ({ ...texts, [question.name]: question.value }), none);
}
