/**
 * Judges and the people who correct them. Language models, or whoever gave verdicts, judge every item of some arms; people
 * label a sample blind; the judges' rates are shown only as corrected by those labels.
 */
@NullMarked
package io.concordance.interp.judge;

import org.jspecify.annotations.NullMarked;
