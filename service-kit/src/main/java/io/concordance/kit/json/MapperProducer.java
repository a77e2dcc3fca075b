package io.concordance.kit.json;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.concordance.contracts.json.Json;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** Gives the REST layer the strict dialect of {@link Json}. */
@Singleton
class MapperProducer {
    @Produces
    @Singleton
    ObjectMapper mapper() {
        return Json.mapper();
    }
}
