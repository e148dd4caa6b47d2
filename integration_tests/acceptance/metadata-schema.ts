// The part of Airbyte's ConnectorMetadataDefinitionV0 that the metadata.yaml of these connectors uses. Airbyte knows more keys;
// they are added here when a file needs them. Airbyte refuses keys it does not know, and so does this.

const text = { type: 'string', minLength: 1 };
const flag = { type: 'boolean' };
const texts = { type: 'array', items: text, minItems: 1 };

const listOf = (name: string): object => ({ type: 'object', required: [name], properties: { [name]: texts } });

const override = { type: 'object', required: ['enabled'], additionalProperties: false, properties: { enabled: flag } };

const data = {
  type: 'object',
  required: [
    'name',
    'definitionId',
    'connectorType',
    'dockerRepository',
    'dockerImageTag',
    'license',
    'documentationUrl',
    'githubIssueLabel',
    'connectorSubtype',
    'releaseStage',
  ],
  additionalProperties: false,
  properties: {
    name: text,
    icon: text,
    definitionId: { type: 'string', format: 'uuid' },
    connectorType: { enum: ['source', 'destination'] },
    connectorSubtype: {
      enum: ['api', 'database', 'datalake', 'file', 'custom', 'message_queue', 'unknown', 'vectorstore'],
    },
    dockerRepository: text,
    dockerImageTag: text,
    license: text,
    documentationUrl: { type: 'string', format: 'uri' },
    githubIssueLabel: text,
    releaseStage: { enum: ['alpha', 'beta', 'generally_available', 'custom'] },
    supportLevel: { enum: ['community', 'certified', 'archived'] },
    tags: texts,
    allowedHosts: listOf('hosts'),
    suggestedStreams: listOf('streams'),
    registryOverrides: { type: 'object', additionalProperties: false, properties: { oss: override, cloud: override } },
    supportsRefreshes: flag,
    supportsDataActivation: flag,
    supportsFileTransfer: flag,
    protocolVersion: text,
    // What a major release of ours has to say, by RELEASING.md.
    releases: { type: 'object', additionalProperties: false, properties: { breakingChanges: { type: 'object' } } },
  },
};

export const metadataSchema = {
  type: 'object',
  required: ['metadataSpecVersion', 'data'],
  additionalProperties: false,
  properties: { metadataSpecVersion: { const: '1.0' }, data },
};
