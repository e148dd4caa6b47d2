import { onTestFinished } from 'vitest';
import type { SalesforceOptions, SalesforceSimulator } from '../salesforce.ts';
import { startSalesforce } from '../salesforce.ts';

// An embedded Salesforce for one test, and a client that calls it as a connector would.

export const NOW = new Date('2026-03-04T05:06:07Z');
export const DATA = '/services/data/v64.0';

export const start = async (options: SalesforceOptions = {}): Promise<SalesforceSimulator> => {
  const simulator = await startSalesforce({ contacts: 120, now: NOW, ...options });
  simulator.org.clock.freeze();
  onTestFinished(() => simulator.close());
  return simulator;
};

export type Json = Record<string, unknown>;
export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  json(): Json;
}

/** A client with a session of its own; asks for no compression unless told. */
export const client = (simulator: SalesforceSimulator, token = simulator.login.openSession()) => {
  const call = async (method: string, path: string, body?: unknown, headers: Json = {}): Promise<Reply> => {
    const response = await fetch(simulator.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'accept-encoding': 'identity',
        'content-type': 'application/json',
        ...(headers as Record<string, string>),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, headers: response.headers, json: () => JSON.parse(text) as Json };
  };
  const get = (path: string, headers: Json = {}): Promise<Reply> => call('GET', path, undefined, headers);
  const query = (soql: string, all = 'queryAll', headers: Json = {}): Promise<Reply> =>
    get(`${DATA}/${all}?q=${encodeURIComponent(soql)}`, headers);
  const createJob = (soql: string, more: Json = {}): Promise<Reply> =>
    call('POST', `${DATA}/jobs/query`, { operation: 'queryAll', query: soql, contentType: 'CSV', ...more });
  const jobEnd = async (id: unknown): Promise<Json> => {
    for (;;) {
      const job = (await get(`${DATA}/jobs/query/${String(id)}`)).json();
      if (job['state'] !== 'UploadComplete' && job['state'] !== 'InProgress') return job;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const runJob = async (soql: string, more: Json = {}): Promise<Json> =>
    jobEnd((await createJob(soql, more)).json()['id']);
  const pages = async (id: unknown, maxRecords: number): Promise<Reply[]> => {
    const all: Reply[] = [];
    let locator: string | null = '';
    while (locator !== 'null' && locator !== null) {
      const at: string = locator === '' ? '' : `&locator=${locator}`;
      const page: Reply = await get(`${DATA}/jobs/query/${String(id)}/results?maxRecords=${maxRecords}${at}`);
      all.push(page);
      locator = page.headers.get('sforce-locator');
    }
    return all;
  };
  return { call, get, query, createJob, jobEnd, runJob, pages };
};

export const ids = (rows: readonly Json[]): string[] =>
  rows.map((row) => (typeof row['Id'] === 'string' ? row['Id'] : '')).toSorted();
export const token = async (simulator: SalesforceSimulator, form: Record<string, string>): Promise<[number, Json]> => {
  const response = await fetch(`${simulator.url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return [response.status, (await response.json()) as Json];
};
export const refreshForm = (
  { login }: SalesforceSimulator,
  more: Record<string, string> = {},
): Record<string, string> => ({
  grant_type: 'refresh_token',
  client_id: login.clientId,
  client_secret: login.clientSecret,
  refresh_token: login.refreshToken,
  ...more,
});

export const ALL =
  'SELECT Id, LastName, Title, Email, Account.Name, Notes__c, SystemModstamp, Loyalty_Points__c FROM Contact';
