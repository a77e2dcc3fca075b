/** Checks of manifests, images, settings, alerts and the pages about them, against the code and against each other. */
package io.concordance.deploy;
