/** Tests of the platform's life, with a stand-in for the services and the real infrastructure. */
package io.concordance.cli.platform;
