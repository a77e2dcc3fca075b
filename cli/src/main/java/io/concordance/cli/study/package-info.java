/** {@code concordance study}: reads a study file, uploads what it names, follows the study and prints its report. */
@NullMarked
package io.concordance.cli.study;

import org.jspecify.annotations.NullMarked;
