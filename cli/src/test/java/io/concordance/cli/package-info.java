/** Tests of the command line. */
package io.concordance.cli;
