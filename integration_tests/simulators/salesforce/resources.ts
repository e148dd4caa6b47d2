import type { Answer } from './answer.ts';
import { emptyAnswer, jsonAnswer } from './answer.ts';
import type { BulkApi } from './bulk.ts';
import { describeGlobal, describeObject } from './describe.ts';
import { Refusal, errorBody } from './failure.ts';
import type { Org } from './org.ts';
import { deletedIds, updatedIds } from './replication.ts';
import type { RestApi } from './rest.ts';

// Which resource a path names, and what it answers. Nothing here knows of sessions, faults or sockets.

export interface Limits {
  /** Calls of the data API in 24 hours: the allocation and what is used of it. */
  dailyApiRequests: { max: number; used: number };
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Services {
  readonly org: Org;
  readonly rest: RestApi;
  readonly bulk: BulkApi;
  readonly limits: Limits;
  readonly url: string;
  readonly username: string;
}

type Handle = (services: Services, request: Request, names: readonly string[], version: string) => Answer;

interface Resource {
  readonly kind: string;
  readonly method: string;
  /** After /services/data/vXX.X */
  readonly pattern: RegExp;
  readonly handle: Handle;
}

const notFound = (): Refusal => new Refusal(404, 'NOT_FOUND', 'The requested resource does not exist');

/** Answers 304 where nothing has changed since the client last asked. */
const unlessUnchanged = (services: Services, request: Request, make: () => unknown): Answer => {
  const changed = Math.floor(services.org.catalog.changedAt / 1000) * 1000;
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  const headers = { 'Last-Modified': new Date(changed).toUTCString() };
  return since >= changed ? emptyAnswer(304, headers) : jsonAnswer(make(), 200, headers);
};

const limitsOf = ({ limits, bulk }: Services): Record<string, unknown> => {
  const { max, used } = limits.dailyApiRequests;
  return {
    DailyApiRequests: { Max: max, Remaining: Math.max(0, max - used) },
    DailyBulkV2QueryJobs: { Max: bulk.settings.dailyJobs, Remaining: Math.max(0, bulk.jobsLeft()) },
    DailyBulkV2QueryFileStorageMB: { Max: 976_562, Remaining: 976_562 },
  };
};

const recordCount = (services: Services, request: Request): Record<string, unknown> => ({
  sObjects: (request.parameters.get('sObjects') ?? '').split(',').flatMap((name) => {
    const object = services.org.catalog.find(name.trim());
    return object === undefined ? [] : [{ name: object.name, count: services.org.count(object.name) }];
  }),
});

const query =
  (includeDeleted: boolean): Handle =>
  ({ rest }, request, _, version) => {
    const soql = request.parameters.get('q');
    if (soql === null) throw new Refusal(400, 'MALFORMED_QUERY', 'unexpected token: <EOF>');
    return rest.query(soql, { version, includeDeleted, queryOptions: request.headers['sforce-query-options'] });
  };

const parseBatch = (body: string): readonly { readonly method: string; readonly url: string }[] => {
  try {
    return (JSON.parse(body) as { batchRequests?: { method: string; url: string }[] }).batchRequests ?? [];
  } catch {
    throw new Refusal(400, 'JSON_PARSER_ERROR', 'Unexpected character in the request body');
  }
};

const batch: Handle = (services, request) => {
  const batchRequests = parseBatch(request.body);
  if (batchRequests.length > 25) {
    throw new Refusal(400, 'LIMIT_EXCEEDED', `Batch can contain at most 25 subrequests, not ${batchRequests.length}`);
  }
  const answers = batchRequests.map((part) => {
    const url = new URL(`/services/data/${part.url.replace(/^\/?(services\/data\/)?/, '')}`, services.url);
    const inner = { ...request, method: part.method, path: url.pathname, parameters: url.searchParams, body: '' };
    return answerResource(services, { ...inner, headers: {} });
  });
  const results = answers.map(
    ({ answer }) =>
      `{"statusCode":${answer.status},"result":${Buffer.isBuffer(answer.body) ? answer.body.toString() : 'null'}}`,
  );
  const hasErrors = answers.some(({ answer }) => answer.status >= 400);
  return jsonAnswer(`{"hasErrors":${hasErrors},"results":[${results.join(',')}]}`);
};

const RESOURCES: readonly Resource[] = [
  {
    kind: 'resources',
    method: 'GET',
    pattern: /^\/?$/,
    handle: ({ url, org }, _, __, version) =>
      jsonAnswer({
        identity: `${url}/id/${org.organizationId}/${org.userId}`,
        ...Object.fromEntries(
          ['sobjects', 'query', 'queryAll', 'limits', 'jobs', 'composite'].map((name) => [
            name,
            `/services/data/v${version}/${name}`,
          ]),
        ),
      }),
  },
  {
    kind: 'describeGlobal',
    method: 'GET',
    pattern: /^\/sobjects\/?$/,
    handle: (services, request, _, version) =>
      unlessUnchanged(services, request, () => describeGlobal(services.org.catalog, version)),
  },
  {
    kind: 'describe',
    method: 'GET',
    pattern: /^\/sobjects\/(\w+)\/describe\/?$/,
    handle: (services, request, [name = ''], version) => {
      const object = services.org.catalog.find(name);
      if (object === undefined) throw notFound();
      return unlessUnchanged(services, request, () => describeObject(services.org.catalog, object, version));
    },
  },
  {
    kind: 'updated',
    method: 'GET',
    pattern: /^\/sobjects\/(\w+)\/updated\/?$/,
    handle: ({ org }, request, [name = '']) => jsonAnswer(updatedIds(org, name, request.parameters)),
  },
  {
    kind: 'deleted',
    method: 'GET',
    pattern: /^\/sobjects\/(\w+)\/deleted\/?$/,
    handle: ({ org }, request, [name = '']) => jsonAnswer(deletedIds(org, name, request.parameters)),
  },
  { kind: 'limits', method: 'GET', pattern: /^\/limits\/?$/, handle: (services) => jsonAnswer(limitsOf(services)) },
  {
    kind: 'recordCount',
    method: 'GET',
    pattern: /^\/limits\/recordCount\/?$/,
    handle: (services, request) => jsonAnswer(recordCount(services, request)),
  },
  { kind: 'batch', method: 'POST', pattern: /^\/composite\/batch\/?$/, handle: batch },
  { kind: 'query', method: 'GET', pattern: /^\/query\/?$/, handle: query(false) },
  { kind: 'query', method: 'GET', pattern: /^\/queryAll\/?$/, handle: query(true) },
  {
    kind: 'queryMore',
    method: 'GET',
    pattern: /^\/query(?:All)?\/([\w-]+)$/,
    handle: ({ rest }, _, [locator = ''], version) => rest.next(locator, version),
  },
  {
    kind: 'jobCreate',
    method: 'POST',
    pattern: /^\/jobs\/query\/?$/,
    handle: ({ bulk }, request, _, version) => bulk.create(request.body, version),
  },
  { kind: 'jobList', method: 'GET', pattern: /^\/jobs\/query\/?$/, handle: ({ bulk }) => bulk.list() },
  {
    kind: 'jobStatus',
    method: 'GET',
    pattern: /^\/jobs\/query\/(\w+)\/?$/,
    handle: ({ bulk }, _, [id = '']) => bulk.status(id),
  },
  {
    kind: 'jobAbort',
    method: 'PATCH',
    pattern: /^\/jobs\/query\/(\w+)\/?$/,
    handle: ({ bulk }, request, [id = '']) => bulk.change(id, request.body),
  },
  {
    kind: 'jobDelete',
    method: 'DELETE',
    pattern: /^\/jobs\/query\/(\w+)\/?$/,
    handle: ({ bulk }, _, [id = '']) => bulk.remove(id),
  },
  {
    kind: 'jobResults',
    method: 'GET',
    pattern: /^\/jobs\/query\/(\w+)\/results\/?$/,
    handle: ({ bulk }, request, [id = ''], version) => bulk.results(id, version, request.parameters),
  },
  {
    kind: 'jobResultPages',
    method: 'GET',
    pattern: /^\/jobs\/query\/(\w+)\/resultPages\/?$/,
    handle: ({ bulk }, request, [id = ''], version) => bulk.resultPages(id, version, request.parameters),
  },
];

/** Newest first. */
export const VERSIONS = ['67.0', '66.0', '65.0', '64.0', '63.0', '62.0', '61.0', '60.0', '59.0', '58.0'];

const find = (request: Request): { resource: Resource; names: string[]; version: string } => {
  const [, version = '', rest = ''] = /^\/services\/data\/v(\d+\.\d)(\/.*)?$/.exec(request.path) ?? [];
  if (version !== '' && Number(version) <= 30) {
    throw new Refusal(410, 'UNSUPPORTED_API_VERSION', 'The requested API version is retired');
  }
  if (!VERSIONS.includes(version)) throw notFound();
  const fitting = RESOURCES.filter((resource) => resource.pattern.test(rest));
  const resource = fitting.find((one) => one.method === request.method);
  if (resource === undefined) {
    throw fitting.length === 0
      ? notFound()
      : new Refusal(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${request.method}' not allowed.`);
  }
  return { resource, names: resource.pattern.exec(rest)?.slice(1) ?? [], version };
};

/** The kind of a request of the data API, for counting; `other` for what does not exist. */
export const kindOf = (request: Request): string => {
  try {
    return find(request).resource.kind;
  } catch {
    return 'other';
  }
};

/** Answers a request of the data API. Refusals become answers with Salesforce's array of errors. */
export const answerResource = (services: Services, request: Request): { readonly answer: Answer } => {
  try {
    const { resource, names, version } = find(request);
    return { answer: resource.handle(services, request, names, version) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { answer: jsonAnswer(errorBody(error.errorCode, error.message), error.status) };
  }
};
