/** The bundled study on the real platform. */
package io.concordance.cli.demo;
