// Asks @forge/manifest about each manifest named on the command line; prints [{path, findings: [words]}] as JSON.
import { createRequire } from 'node:module';

const require = createRequire(`${process.cwd()}/`);
const { ProcessorBuilder, ValidationTypes } = require('@forge/manifest');

// Every check `forge deploy` makes, and the separate ones of events' scopes and of remotes.
const kinds = [ValidationTypes.FULL, ValidationTypes.PRODUCT_TRIGGER, ValidationTypes.FORGE_REMOTE_COMPUTE];

const verdicts = [];
for (const path of process.argv.slice(2)) {
  const findings = [];
  for (const kind of kinds) {
    const { success, errors } = await ProcessorBuilder.instance().withValidation(kind).build().process(path);
    const said = (errors ?? []).map(({ level, message }) => `${kind} ${level}: ${message}`);
    findings.push(...said, ...(success || said.length ? [] : [`${kind}: refused without a word`]));
  }
  verdicts.push({ path, findings: [...new Set(findings)] });
}
console.log(JSON.stringify(verdicts));
