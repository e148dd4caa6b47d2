/** A release as CHANGELOG.md has it. */
interface Release {
  readonly version: string;
  /** Its day, or `unreleased`. */
  readonly date: string;
  /** One line for each point that names the connector first. */
  readonly points: readonly string[];
}

const releasesOf = (changelog: string, connector: string): Release[] =>
  changelog
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [, version = '', date = ''] = /^(\S+) \(([^)]+)\)/.exec(section) ?? [];
      const items = section.split(/^- /m).slice(1);
      const own = items.flatMap((item) => item.split(`\`${connector}\`: `)[1] ?? []);
      return { version, date, points: own.map((point) => point.replaceAll(/\s+/g, ' ').trim()) };
    });

/** The releases that changed a connector, as a Markdown table. */
export const changelogTable = (changelog: string, connector: string): string => {
  const rows = releasesOf(changelog, connector)
    .filter(({ points }) => points.length > 0)
    .map(
      ({ version, date, points }) =>
        `| ${version} | ${date} | ${points.join('<br>').replaceAll('|', String.raw`\|`)} |`,
    );
  return ['| version | date | what |', '| --- | --- | --- |', ...rows].join('\n');
};
