import type { FaultCode } from '../core/api'

/** Refusals that lie in what is asked: another try does not change them. */
const OF_THE_QUESTION: readonly FaultCode[] = ['query_date', 'query_empty', 'query_has', 'query_long']

export const helpsAgain = (fault: FaultCode) => !OF_THE_QUESTION.includes(fault)
