import type { ObjectDescription } from './object-description.ts';
import { classify, SalesforceFailure } from './failures.ts';
import { API_VERSION } from './client.ts';
import type { SalesforceClient } from './client.ts';

// The REST resources that the source reads, in one session.

/** Subrequests per call of composite/batch; 25 is Salesforce's limit (REST API Developer Guide, Composite Batch). */
const BATCH_SIZE = 25;
/** Batches in progress at a time; each response can be 10 MB. */
const CONCURRENT_BATCHES = 3;

export interface Identity {
  readonly username: string;
  readonly organizationId: string;
}

/** A row of a REST response: fields by name, parents as nested objects. */
export type RestRow = { readonly [field: string]: unknown };

export interface RowPage {
  /** Rows of the whole query. */
  readonly totalSize: number;
  readonly rows: readonly RestRow[];
  /** Path of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/** A row that `/deleted` lists. */
export interface DeletedRow {
  readonly id: string;
  readonly deletedDate: Date;
}

export interface Deletions {
  readonly deleted: readonly DeletedRow[];
  /** Where the next call must start: before the requested end while a transaction is open. */
  readonly covered: Date;
}

const get = (salesforce: SalesforceClient, what: string, path: string): Promise<unknown> =>
  salesforce.json({ what, method: 'GET', path, api: 'rest' });

/** Who is logged in, and at which org. */
export const identity = async (salesforce: SalesforceClient): Promise<Identity> => {
  const url = await salesforce.identityUrl();
  // The identity URL is on the login host; its path contains the ids of org and user, and works on the org's own host too.
  const path = url === undefined ? '/services/oauth2/userinfo' : `${new URL(url).pathname}?format=json`;
  const answer = (await get(salesforce, 'look up the logged-in user', path)) as Record<string, string | undefined>;
  return {
    username: answer['username'] ?? answer['preferred_username'] ?? '',
    organizationId: answer['organization_id'] ?? '',
  };
};

/** Id of the org, taken from the identity URL of the login; undefined where the login returned none. */
export const organizationOf = async (salesforce: SalesforceClient): Promise<string | undefined> =>
  /\/id\/(00D\w{12})/.exec((await salesforce.identityUrl()) ?? '')?.[1];

/** Names of the objects that the user can query. */
export const queryableObjects = async (salesforce: SalesforceClient): Promise<readonly string[]> => {
  const answer = (await get(salesforce, 'list the objects', '/sobjects')) as {
    sobjects?: readonly { name: string; queryable: boolean }[];
  };
  return (answer.sobjects ?? []).filter(({ queryable }) => queryable).map(({ name }) => name);
};

/** Descriptions in the order of the names, with a failure in place of each object that cannot be described. */
export const describe = async (
  salesforce: SalesforceClient,
  names: readonly string[],
): Promise<readonly (ObjectDescription | SalesforceFailure)[]> => {
  const batches = Array.from({ length: Math.ceil(names.length / BATCH_SIZE) }, (_, index) =>
    names.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
  const described: (ObjectDescription | SalesforceFailure)[] = [];
  for (let start = 0; start < batches.length; start += CONCURRENT_BATCHES) {
    const concurrent = batches.slice(start, start + CONCURRENT_BATCHES);
    described.push(...(await Promise.all(concurrent.map((batch) => describeBatch(salesforce, batch)))).flat());
  }
  return described;
};

const describeBatch = async (
  salesforce: SalesforceClient,
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

/** Encoded, since a catalog can contain any name. */
const describePath = (name: string): string => `/sobjects/${encodeURIComponent(name)}/describe`;

const describeOne = async (
  salesforce: SalesforceClient,
  name: string,
): Promise<ObjectDescription | SalesforceFailure> => {
  try {
    return (await get(salesforce, `describe ${name}`, describePath(name))) as ObjectDescription;
  } catch (error) {
    if (error instanceof SalesforceFailure && error.kind !== 'stop_sync') return error;
    throw error;
  }
};

/** First page of a query over all rows, including deleted and archived ones. */
export const firstPage = async (salesforce: SalesforceClient, soql: string): Promise<RowPage> =>
  parsePage(await get(salesforce, 'run a query', queryPath(soql)));

/**
 * Whether a query fits into a URL: Salesforce accepts 16,384 bytes of URL and headers together, and a token can take 2,000.
 */
export const fitsUrl = (soql: string): boolean => queryPath(soql).length <= 12_000;

const queryPath = (soql: string): string => `/queryAll?q=${encodeURIComponent(soql)}`;

export const nextPage = async (salesforce: SalesforceClient, path: string): Promise<RowPage> =>
  parsePage(await get(salesforce, 'fetch the next page', path));

const parsePage = (answer: unknown): RowPage => {
  const page = answer as {
    totalSize: number;
    done: boolean;
    nextRecordsUrl?: string | null;
    records: readonly RestRow[];
  };
  if (page.done) return { totalSize: page.totalSize, rows: page.records, next: undefined };
  // A page that is not the last but has no next one must not be mistaken for the end.
  if (typeof page.nextRecordsUrl !== 'string') {
    throw new SalesforceFailure('transient', 'Salesforce sent a page without a link to the next one.');
  }
  return { totalSize: page.totalSize, rows: page.records, next: page.nextRecordsUrl };
};

/** Ids of the rows deleted in the time span, including those purged from the recycle bin. */
export const deletions = async (
  salesforce: SalesforceClient,
  object: string,
  from: Date,
  to: Date,
): Promise<Deletions> => {
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
