#!/bin/sh
# Makes Temporal's two databases and brings their schemas up to this tool's version. Repeating it changes nothing, so it
# runs before every start; an upgrade of Temporal gets its new schema from here. SQL_HOST, SQL_PORT, SQL_USER and SQL_PLUGIN
# are read by the tool itself.
set -eu

SQL_PASSWORD=$(cat "$SQL_PASSWORD_FILE")
export SQL_PASSWORD

set_up() { # database schema
  export SQL_DATABASE="$1"
  temporal-sql-tool create-database
  temporal-sql-tool setup-schema --version 0.0
  temporal-sql-tool update-schema --schema-name "postgresql/v12/$2"
}

set_up temporal temporal
set_up temporal_visibility visibility
