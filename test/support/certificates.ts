/** Certificates of a test's own authority, made by openssl: Node can read certificates and not make any. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

export interface Identity {
  certificate: string
  key: string
}

export interface Authority {
  /** Path of the authority's own certificate. */
  certificate: string
  /** Paths of a new certificate and its key; `host` is the name the other side checks. */
  issue(name: string, host?: string): Identity
}

export function createAuthority(folder: string, name = 'authority'): Authority {
  const file = (ending: string): string => path.join(folder, ending)
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const [certificate, key] = [file(`${name}.pem`), file(`${name}.key`)]
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    key,
    '-out',
    certificate,
    '-days',
    '1',
    '-subj',
    `/CN=${name}`,
  )
  return {
    certificate,
    issue(subject, host = subject) {
      const made = { certificate: file(`${subject}.pem`), key: file(`${subject}.key`) }
      const [request, extensions] = [file(`${subject}.csr`), file(`${subject}.ext`)]
      openssl('req', ...newKey, '-keyout', made.key, '-out', request, '-subj', `/CN=${subject}`)
      writeFileSync(extensions, `subjectAltName=DNS:${host}\n`)
      const signing = [
        '-CA',
        certificate,
        '-CAkey',
        key,
        '-CAcreateserial',
        '-days',
        '1',
        '-extfile',
        extensions,
      ]
      openssl('x509', '-req', '-in', request, '-out', made.certificate, ...signing)
      return made
    },
  }
}
