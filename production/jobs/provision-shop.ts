/** A job of the sandbox profile: makes the shop's database in Paramedic's PostgreSQL, with roles that have passwords. */
import { readFileSync } from 'node:fs'
import { provisionShop } from '../../embedded/sandbox/provision.ts'

const admin = urlIn('PARAMEDIC_DATABASE_URL_FILE')
const users = {
  shop: urlIn('PARAMEDIC_SHOP_DATABASE_URL_FILE'),
  paramedic_operator: urlIn('PARAMEDIC_SHOP_OPERATOR_URL_FILE'),
}

await provisionShop(
  (database, user) => {
    const url = new URL(user === 'shop' ? users.shop : admin)
    url.pathname = `/${database}`
    return url.href
  },
  { shop: users.shop.password, paramedic_operator: users.paramedic_operator.password },
)
process.stdout.write('the shop has its database\n')

function urlIn(variable: string): URL {
  const file = process.env[variable]
  if (file === undefined) throw new Error(`${variable} is not set`)
  return new URL(readFileSync(file, 'utf8').trim())
}
