import type { Access } from './access.ts'
import type { RouteDocumentation } from './documented.ts'

/** One route as it was declared. */
export interface RouteTableEntry {
  method: string
  url: string
  access: Access
  documentation: RouteDocumentation
}
