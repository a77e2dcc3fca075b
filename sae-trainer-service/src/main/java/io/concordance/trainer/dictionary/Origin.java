package io.concordance.trainer.dictionary;

/**
 * A published dictionary that a run continues.
 *
 * @param dictionary its digest
 * @param objectPrefix where its files lie
 * @param generation its own, from 1
 */
record Origin(String dictionary, String objectPrefix, String configSha256, String weightsSha256, int generation) {}
