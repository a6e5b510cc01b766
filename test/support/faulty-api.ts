/** The real api process, which stops itself at one statement; see pause-at-statement.ts. */
import './pause-at-statement.ts'
import '../../api/main.ts'
