// The hash that @atlassian/atlassian-jwt gives each [method, url, base] on stdin; prints [{canonical, hash}] as JSON.
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(`${process.cwd()}/`);
const jwt = require('@atlassian/atlassian-jwt');

const asked = JSON.parse(await text(process.stdin));
const answers = asked.map(([method, url, base]) => {
  const request = jwt.fromMethodAndUrl(method, url);
  const canonical = jwt.createCanonicalRequest(request, false, base);
  return { canonical, hash: jwt.createQueryStringHash(request, false, base) };
});
console.log(JSON.stringify(answers));
