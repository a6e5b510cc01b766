/** The services through which people are reached. */
export const channelKinds = ['log', 'webhook', 'slack', 'smtp', 'pagerduty', 'telegram'] as const
export type ChannelKind = (typeof channelKinds)[number]

/** Kinds whose messages need an address of their own: `to` of a contact. */
export const addressedKinds: readonly ChannelKind[] = ['smtp', 'telegram']
