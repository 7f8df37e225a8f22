/** Of addresses that open the app. Apart from what reads them, which is not needed at the start. */
export const deepLinkScheme = 'teachify';
