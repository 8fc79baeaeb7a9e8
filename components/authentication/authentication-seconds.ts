/** For how long callers without mTLS are looked back at. */
export const AUTHENTICATION_SECONDS = 300;
