import { check, type Scene } from './scene.ts'

/** `paramedic doctor`, from the image and through the proxy, finds nothing wrong. */
export async function expectHealthy({ stack, apiUrl, say }: Scene): Promise<void> {
  const command = ['node', 'cli/main.ts', 'doctor']
  const { code, output } = await stack.exec('api-1', command, {
    PARAMEDIC_API_URL: apiUrl,
    PARAMEDIC_TOKEN_FILE: stack.container('api-1').translate('/run/secrets/operator-token'),
  })
  check(code === 0, `paramedic doctor says:\n${output}`)
  say(`paramedic doctor: ${output.trim().split('\n').at(-1)}`)
}
