/**
 * What leaves no trace of itself: white space, controls, and what is drawn as nothing, such as zero-width spaces, marks
 * of direction, Hangul fillers, the blank of Braille. The box has the same table, and refuses what holds nothing else.
 */
const UNSEEN_ONLY = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]*$/u

/** Whether there is nothing to be seen in a text. */
export const isUnseen = (text: string) => UNSEEN_ONLY.test(text)
