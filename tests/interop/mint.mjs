// Makes tokens with @atlassian/atlassian-jwt. Told a list on stdin, prints the list of tokens as JSON. One order is
// {alg, key, kid?, claims, request?: {method, url}}; a request puts its hash into the claim `qsh`.
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';

const require = createRequire(`${process.cwd()}/`);
const jwt = require('@atlassian/atlassian-jwt');

function mint({ alg, key, kid, claims, request }) {
  const qsh = request && jwt.createQueryStringHash(jwt.fromMethodAndUrl(request.method, request.url));
  const said = request ? { ...claims, qsh } : claims;
  switch (alg) {
    case 'RS256':
      return jwt.encodeAsymmetric(said, key, jwt.AsymmetricAlgorithm.RS256, kid === undefined ? undefined : { kid });
    case 'HS256':
    case 'HS512':
      return kid === undefined ? jwt.encodeSymmetric(said, key, alg) : signed({ typ: 'JWT', alg, kid }, said, key);
    default:
      return `${encoded({ typ: 'JWT', alg })}.${encoded(said)}.`;
  }
}

// The package puts no key id beside a symmetric algorithm; whoever forges a token does.
function signed(header, claims, key) {
  const words = `${encoded(header)}.${encoded(claims)}`;
  return `${words}.${createHmac('sha256', key).update(words).digest('base64url')}`;
}

function encoded(part) {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

const orders = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(orders.map(mint)));
