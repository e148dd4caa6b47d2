import type defaults from '../../schemas/default-mapping.json';

interface StreamRules {
  readonly target: string;
  readonly person?: string;
  readonly activity?: {
    readonly name: string;
    readonly occurred_at: readonly string[];
    readonly identified_by: readonly string[];
  };
  readonly fields?: readonly { readonly from: string; readonly to: string; readonly type?: string }[];
}

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const row = ([stream, { target, person, activity, fields = [] }]: [string, StreamRules]): string => {
  const identity = activity && [
    `"${activity.name}" of \`${person ?? ''}\`,`,
    `at ${activity.occurred_at.map((field) => `\`${field}\``).join(', else ')};`,
    `identified by ${code(activity.identified_by)}`,
  ];
  const sent = fields.map(({ from, to }) => `\`${from}\` → ${to}`).join('<br>');
  return `| ${stream} | ${[target, ...(identity ?? [])].join(' ')} | ${sent} |`;
};

/** The default mapping as a Markdown table, one row a stream. */
export const mappingTable = ({ streams }: Pick<typeof defaults, 'streams'>): string =>
  ['| stream | becomes | fields |', '| --- | --- | --- |', ...Object.entries<StreamRules>(streams).map(row)].join('\n');
