// Plays a person at one of the Forge screens, with UI Kit's own renderer. Named on the command line: the compiled screen.
// Told on stdin {address, invocation, steps}: where LearnLoop is, the token Forge would put to each call, and what the
// person does: {write: [field, words]}, {choose: [field, day]}, {tick: field} or {press: words}; after {lose: true} nobody
// answers. Prints, as JSON, what is shown before the first step and after each: a list of {type, name?, value?, text}.
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(`${process.cwd()}/`);
let { address, invocation, steps } = JSON.parse(await text(process.stdin));

let root;
let busy = 0;
globalThis.self = globalThis.window = globalThis;
globalThis.__bridge = { callBridge };

// What Jira does for a screen: show what it renders, and pass its calls on to the remote.
async function callBridge(command, data) {
  if (command === 'reconcile') {
    root = data.forgeDoc;
  }
  if (command !== 'invoke') {
    return undefined;
  }
  busy += 1;
  const headers = { ...data.headers, Authorization: `Bearer ${invocation}` };
  try {
    const answer = await fetch(address + data.path, { method: data.method, headers, body: JSON.stringify(data.body) });
    const body = await answer.json().catch(() => undefined);
    return { success: true, payload: { status: answer.status, headers: {}, body } };
  } finally {
    busy -= 1;
  }
}

function* parts(node = root) {
  yield node;
  for (const child of node.children ?? []) {
    yield* parts(child);
  }
}

function words(node) {
  return [...parts(node)].filter(({ type }) => type === 'String').map(({ props }) => props.text).join('');
}

function shown() {
  const told = [...parts()].filter(({ type }) => type !== 'String' && type !== 'Root');
  return told.map(({ type, props, ...node }) => ({
    type,
    name: props?.name,
    value: props?.value ?? props?.defaultValue ?? props?.isChecked,
    text: words(node) || props?.label || '',
  }));
}

function found(wanted) {
  const one = [...parts()].find(wanted);
  if (!one) {
    throw new Error(`nothing like ${wanted} is shown:\n${JSON.stringify(shown(), undefined, 1)}`);
  }
  return one.props;
}

function act({ write, choose, tick, press, lose }) {
  if (lose) {
    address = 'http://127.0.0.1:1';
  } else if (write) {
    found(({ props }) => props?.name === write[0]).onChange({ target: { value: write[1] } });
  } else if (choose) {
    found(({ props }) => props?.name === choose[0]).onChange(choose[1]);
  } else if (tick) {
    found(({ props }) => props?.name === tick).onChange({ target: { checked: true } });
  } else {
    found((node) => /Button$/.test(node.type) && words(node) === press).onClick();
  }
}

// Until every call is answered and nothing has been drawn anew for a while.
async function settled() {
  for (let quiet = 0, last = root; quiet < 5; quiet = busy === 0 && last === root ? quiet + 1 : 0, last = root) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

require(process.argv[2]);
await settled();
const seen = [shown()];
for (const step of steps) {
  act(step);
  await settled();
  seen.push(shown());
}
console.log(JSON.stringify(seen));
process.exit(0);
