import { SalesforceFailure } from './failures.ts';

export interface ApiUsage {
  readonly used: number;
  readonly limit: number;
}

/** What the headers of the responses tell about the org: its clock and its daily API calls. */
export interface UsageMeter {
  /** `headers` has names in lower case. */
  observe(headers: Readonly<Record<string, string>>): void;
  /** The server's clock, to the second, at its latest response. */
  serverTime(): Date;
  /** Undefined before the first response that reports it. */
  usage(): ApiUsage | undefined;
  /** Throws a SalesforceFailure of kind `stop_sync` once the org has used this share of its daily calls. */
  checkLimit(percent: number | undefined): void;
}

export const createUsageMeter = (): UsageMeter => {
  let usage: ApiUsage | undefined;
  let date: Date | undefined;
  return {
    observe(headers) {
      const [, used, limit] = /api-usage=(\d+)\/(\d+)/.exec(headers['sforce-limit-info'] ?? '') ?? [];
      if (used !== undefined && limit !== undefined) usage = { used: Number(used), limit: Number(limit) };
      const parsed = Date.parse(headers['date'] ?? '');
      if (!Number.isNaN(parsed)) date = new Date(parsed);
    },
    serverTime: () => date ?? new Date(),
    usage: () => usage,
    checkLimit(percent) {
      if (percent === undefined || usage === undefined || usage.used * 100 < usage.limit * percent) return;
      throw new SalesforceFailure(
        'stop_sync',
        `The org has used ${usage.used} of its ${usage.limit} daily API calls, which is the limit set for this source ` +
          `(api_usage_limit_percent: ${percent}). The limit applies to a rolling 24 hours; the next sync continues from here.`,
      );
    },
  };
};
