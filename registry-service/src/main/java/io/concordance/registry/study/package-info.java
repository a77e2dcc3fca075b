/**
 * Studies: a process manager that carries one study file from capture to report. Every stage is a row with its output, so
 * that a study goes on where it was after any crash; what it asks of other services carries a key that is a function of
 * study and step.
 */
@NullMarked
package io.concordance.registry.study;

import org.jspecify.annotations.NullMarked;
