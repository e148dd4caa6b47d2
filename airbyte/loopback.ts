/** Whether a host, as URL spells it, is this machine: the only one that may be contacted without TLS. */
export const isLoopback = (hostname: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
