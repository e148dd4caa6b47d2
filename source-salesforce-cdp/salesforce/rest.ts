import type { ObjectDescription } from './object-description.ts';
import { classify, SalesforceFailure } from './failures.ts';
import { API_VERSION } from './client.ts';
import type { Salesforce } from './client.ts';

// The REST resources that the source reads, over one session.

/** Describes per call of composite/batch, Salesforce's own limit. */
const BATCH_SIZE = 25;
/** Batches under way at once; each answer can be 10 MB. */
const BATCHES_AT_ONCE = 3;

export interface Identity {
  readonly username: string;
  readonly organizationId: string;
}

/** A row of a REST answer: fields by name, parents as objects of their own. */
export type RestRow = { readonly [field: string]: unknown };

export interface RowPage {
  /** Of the whole query. */
  readonly totalSize: number;
  readonly rows: readonly RestRow[];
  /** Path of the next page; undefined on the last. */
  readonly next: string | undefined;
}

/** A row that `/deleted` lists. */
export interface DeletedRow {
  readonly id: string;
  readonly deletedDate: Date;
}

export interface Deletions {
  readonly deleted: readonly DeletedRow[];
  /** Where the next call must start: earlier than the end asked for while a transaction is open. */
  readonly covered: Date;
}

const get = (salesforce: Salesforce, what: string, path: string): Promise<unknown> =>
  salesforce.json({ what, method: 'GET', path, api: 'rest' });

/** Who is logged in, and at which org. */
export const identity = async (salesforce: Salesforce): Promise<Identity> => {
  const url = await salesforce.identityUrl();
  // The identity URL is on the login host; its path holds the two ids, and works on the org's own host too.
  const path = url === undefined ? '/services/oauth2/userinfo' : `${new URL(url).pathname}?format=json`;
  const answer = (await get(salesforce, 'ask who is logged in', path)) as Record<string, string | undefined>;
  return {
    username: answer['username'] ?? answer['preferred_username'] ?? '',
    organizationId: answer['organization_id'] ?? '',
  };
};

/** Id of the org logged in at, as the login itself tells it; undefined where it does not. */
export const organizationOf = async (salesforce: Salesforce): Promise<string | undefined> =>
  /\/id\/(00D\w{12})/.exec((await salesforce.identityUrl()) ?? '')?.[1];

/** Names of the objects that the user can query. */
export const queryableObjects = async (salesforce: Salesforce): Promise<readonly string[]> => {
  const answer = (await get(salesforce, 'list the objects', '/sobjects')) as {
    sobjects?: readonly { name: string; queryable: boolean }[];
  };
  return (answer.sobjects ?? []).filter(({ queryable }) => queryable).map(({ name }) => name);
};

/** Descriptions in the order of the names; a failure stands in the place of an object that cannot be described. */
export const describe = async (
  salesforce: Salesforce,
  names: readonly string[],
): Promise<readonly (ObjectDescription | SalesforceFailure)[]> => {
  const batches = Array.from({ length: Math.ceil(names.length / BATCH_SIZE) }, (_, index) =>
    names.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
  const described: (ObjectDescription | SalesforceFailure)[] = [];
  for (let start = 0; start < batches.length; start += BATCHES_AT_ONCE) {
    const some = batches.slice(start, start + BATCHES_AT_ONCE);
    described.push(...(await Promise.all(some.map((batch) => describeBatch(salesforce, batch)))).flat());
  }
  return described;
};

const describeBatch = async (
  salesforce: Salesforce,
  names: readonly string[],
): Promise<readonly (ObjectDescription | SalesforceFailure)[]> => {
  const answer = (await salesforce.json({
    what: `describe ${names.length} objects`,
    method: 'POST',
    path: '/composite/batch',
    body: { batchRequests: names.map((name) => ({ method: 'GET', url: `v${API_VERSION}${describePath(name)}` })) },
    api: 'rest',
  })) as { results?: readonly { statusCode: number; result: unknown }[] };
  return Promise.all(
    names.map(async (name, index) => {
      const part = answer.results?.[index];
      if (part === undefined) return describeOne(salesforce, name);
      if (part.statusCode < 300) return part.result as ObjectDescription;
      const failure = classify({ status: part.statusCode, body: JSON.stringify(part.result) }, 'rest');
      return failure.kind === 'retry' ? describeOne(salesforce, name) : failure;
    }),
  );
};

/** A catalog can name anything. */
const describePath = (name: string): string => `/sobjects/${encodeURIComponent(name)}/describe`;

const describeOne = async (salesforce: Salesforce, name: string): Promise<ObjectDescription | SalesforceFailure> => {
  try {
    return (await get(salesforce, `describe ${name}`, describePath(name))) as ObjectDescription;
  } catch (error) {
    if (error instanceof SalesforceFailure && error.kind !== 'stop_sync') return error;
    throw error;
  }
};

/** First page of a query over all rows, deleted and archived ones included. */
export const firstPage = async (salesforce: Salesforce, soql: string): Promise<RowPage> =>
  parsePage(await get(salesforce, 'query', queryPath(soql)));

/**
 * Whether a query can go in a URL: Salesforce takes 16,384 bytes of URL and headers together, and a token can have 2,000.
 */
export const fitsUrl = (soql: string): boolean => queryPath(soql).length <= 12_000;

const queryPath = (soql: string): string => `/queryAll?q=${encodeURIComponent(soql)}`;

export const nextPage = async (salesforce: Salesforce, path: string): Promise<RowPage> =>
  parsePage(await get(salesforce, 'fetch the next page', path));

const parsePage = (answer: unknown): RowPage => {
  const page = answer as {
    totalSize: number;
    done: boolean;
    nextRecordsUrl?: string | null;
    records: readonly RestRow[];
  };
  if (page.done) return { totalSize: page.totalSize, rows: page.records, next: undefined };
  // A page that is not the last but names no next one must not pass for the end.
  if (typeof page.nextRecordsUrl !== 'string') {
    throw new SalesforceFailure('transient', 'Salesforce has sent a page without the way to the next one.');
  }
  return { totalSize: page.totalSize, rows: page.records, next: page.nextRecordsUrl };
};

/** Ids of the rows deleted in the span, those purged from the recycle bin too. */
export const deletions = async (salesforce: Salesforce, object: string, from: Date, to: Date): Promise<Deletions> => {
  const span = `start=${encodeURIComponent(from.toISOString())}&end=${encodeURIComponent(to.toISOString())}`;
  const answer = (await get(salesforce, `list deleted rows of ${object}`, `/sobjects/${object}/deleted/?${span}`)) as {
    deletedRecords: readonly { id: string; deletedDate: string }[];
    latestDateCovered: string;
  };
  return {
    deleted: answer.deletedRecords.map(({ id, deletedDate }) => ({ id, deletedDate: new Date(deletedDate) })),
    covered: new Date(answer.latestDateCovered),
  };
};
