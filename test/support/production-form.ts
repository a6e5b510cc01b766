/** The production form as tests read it: docker-compose.yml with every variable that a person has to set. */
import { join } from 'node:path'
import { type ComposeFile, readComposeFile } from '../../production/compose-file.ts'
import { projectDir } from './documents.ts'

export const pageUrl = 'https://pages.example/hook'
export const compose: ComposeFile = readComposeFile(join(projectDir, 'docker-compose.yml'), {
  PARAMEDIC_PAGE_URL: pageUrl,
})
export const services = Object.entries(compose.services)
