/** Reasons with their sentences, in the table's order, as a Markdown table; reasons with one sentence share a row. */
export const reasonTable = (reasons: Readonly<Record<string, string>>, heading: 'means' | 'do this'): string => {
  const bySentence = Map.groupBy(Object.entries(reasons), ([, sentence]) => sentence);
  return [
    `| reason | ${heading} |`,
    '| --- | --- |',
    ...[...bySentence].map(
      ([sentence, group]) => `| ${group.map(([reason]) => `\`${reason}\``).join(', ')} | ${sentence} |`,
    ),
  ].join('\n');
};
