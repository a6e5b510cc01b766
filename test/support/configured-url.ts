import { type ConfiguredUrl, httpUrl } from '../../contracts/configuration/names.ts'

/** An address as a configuration would give it. */
export function configuredUrl(written: string): ConfiguredUrl {
  return httpUrl.parse(written)
}
