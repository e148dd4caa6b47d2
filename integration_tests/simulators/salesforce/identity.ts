import type { Answer } from './answer.ts';
import { jsonAnswer } from './answer.ts';
import type { Services } from './resources.ts';

/** What the identity URL of a token tells about the user. */
export const identity = ({ org, url, username }: Services): Answer =>
  jsonAnswer({
    id: `${url}/id/${org.organizationId}/${org.userId}`,
    asserted_user: true,
    user_id: org.userId,
    organization_id: org.organizationId,
    username,
    display_name: 'Integration User',
    email: username,
    active: true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    utcOffset: 0,
    urls: Object.fromEntries(
      ['rest', 'sobjects', 'query'].map((name) => [
        name,
        `${url}/services/data/v{version}/${name === 'rest' ? '' : `${name}/`}`,
      ]),
    ),
    last_modified_date: new Date(org.now()).toISOString(),
  });

/** The same as OpenID Connect has it. */
export const userinfo = ({ org, url, username }: Services): Answer =>
  jsonAnswer({
    sub: `${url}/id/${org.organizationId}/${org.userId}`,
    user_id: org.userId,
    organization_id: org.organizationId,
    preferred_username: username,
    name: 'Integration User',
    email: username,
  });
