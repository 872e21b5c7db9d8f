/**
 * What the panel and the admin page say to LearnLoop, and what it answers. Each call goes through Forge, which adds the
 * invocation token that says who asks and about which issue; nothing here names an issue or a person.
 */
import { invokeRemote } from '@forge/bridge';

/** The questions' names, as in LearnLoop's register of questions. */
export type QuestionName = 'learned' | 'surprised' | 'differently' | 'lives_at' | 'missing' | 'hoped';

export interface Question {
  name: QuestionName;
  label: string;
  hint: string;
  value: string;
  /** The most characters that can be kept. */
  max: number;
  required: boolean;
}

/** Something a person may be thanked for. */
export interface Act {
  id: string;
  words: string;
}

/** What will be done differently, as an issue in Jira: offered, being made, or made. */
export interface Offer {
  /** What the issue is made of; empty when nothing is offered. */
  words: string;
  /** The day it is due unless another is chosen, as ISO. */
  due: string;
  can: boolean;
  waiting: boolean;
  made: { key: string; url: string; status: string } | null;
  /** What Jira did not take. */
  note: string;
}

export interface Panel {
  issue: string;
  state: 'open' | 'answered' | 'nothing_new' | 'withdrawn' | 'expired' | 'unasked' | 'none';
  /** What is asked about: a close, or the start of an epic, where there is one question alone. */
  occasion: 'close' | 'start';
  questions: Question[];
  /** `value` is what the field holds: topics with commas between them. */
  topics: { value: string; suggested: string[] };
  /** Who will see the answer, and where. */
  audience: string;
  editable: boolean;
  /** Whether this person said they may be thanked by name. */
  thank: boolean;
  /** The id of the act they chose, empty for none. */
  thanked_for: string;
  acts: Act[];
  /** Whether this person keeps the answer within the team, and where it then stands. */
  team_only: boolean;
  team_hint: string;
  /** Whether the answer says it changed what comes next. */
  changed_course: boolean;
  /** The page the answer lives on, once there is one. */
  page: { title: string; url: string } | null;
  /** What there is to say about the state, in one sentence. */
  words: string;
  promise: Offer;
  /** The address of the form for the experiment on this issue; empty when there is none to give. */
  experiment: string;
  /** A sentence for each field that needs another look; its keys are question names, `topics` and `due`. */
  problems?: Partial<Record<QuestionName | 'topics' | 'due', string>>;
}

export interface Answer extends Record<QuestionName, string> {
  topics: string;
  thank_by_name: boolean;
  thanked_for: string;
  team_only: boolean;
  changed_course: boolean;
  nothing_new: boolean;
}

export interface Delivery {
  received: string;
  event: string;
  about: string;
  state: string;
  reason: string;
}

export interface Admin {
  tenant: string;
  site: string;
  /** How the site tells LearnLoop: forge, here. */
  source: string;
  state: string;
  warnings: string[];
  deliveries: Delivery[];
}

/** An answer of LearnLoop, or a sentence that says why there is none. */
export type Said<T> = { heard: true; body: T } | { heard: false; words: string };

export const openPanel = (): Promise<Said<Panel>> => ask<Panel>('/forge/panel', {});
export const saveAnswer = (answer: Answer): Promise<Said<Panel>> => ask<Panel>('/forge/answer', answer);
export const makeIssue = (due: string): Promise<Said<Panel>> => ask<Panel>('/forge/action', { due });
export const openAdmin = (): Promise<Said<Admin>> => ask<Admin>('/forge/admin', {});

async function ask<T>(path: string, body: object): Promise<Said<T>> {
  const headers = { 'Content-Type': 'application/json' };
  let response;
  try {
    response = await invokeRemote({ path, method: 'POST', headers, body });
  } catch {
    return { heard: false, words: 'LearnLoop could not be reached.' };
  }
  const { status, body: said } = response;
  // 422 is an answer too: the same panel, with a sentence beside each field that needs another look.
  if (said && (status === 200 || status === 422)) {
    return { heard: true, body: said as T };
  }
  return { heard: false, words: refusal(status) };
}

function refusal(status: number | undefined): string {
  switch (status) {
    case 401:
    case 403:
      return 'LearnLoop does not know this site yet. A Jira administrator can finish setting it up.';
    case 404:
      return 'LearnLoop does not know this issue.';
    case 422:
      return 'LearnLoop could not keep this as it is. Look at the fields again; the first needs one line.';
    case 503:
      return 'LearnLoop’s database does not answer.';
    default:
      return status ? `LearnLoop answered ${status}.` : 'LearnLoop could not be reached.';
  }
}
