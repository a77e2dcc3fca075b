/** Tests of the local stack. The {@code *IT} classes run the real servers in a forked JVM. */
package io.concordance.local;
