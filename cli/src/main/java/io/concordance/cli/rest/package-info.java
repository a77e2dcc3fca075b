/** The services over REST, as commands need them: JSON in and out, uploads, progress, and errors in one line. */
@NullMarked
package io.concordance.cli.rest;

import org.jspecify.annotations.NullMarked;
