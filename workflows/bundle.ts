/** The bundler's entry: every workflow type, by name. */
export { after } from './after.ts'
export { foresee } from './foresee.ts'
export { incident } from './incident.ts'
export { postmortem } from './postmortem.ts'
