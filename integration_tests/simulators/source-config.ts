/** What is needed of an embedded Salesforce to log in there. */
interface LoginHost {
  readonly url: string;
  readonly login: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string };
}

/** A config of the Salesforce source that logs in by the refresh token that works now. */
export const sourceConfig = ({ url, login }: LoginHost) => ({
  credentials: {
    auth_type: 'refresh_token',
    client_id: login.clientId,
    client_secret: login.clientSecret,
    refresh_token: login.refreshToken,
  },
  login_url: url,
});
