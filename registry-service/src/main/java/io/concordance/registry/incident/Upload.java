package io.concordance.registry.incident;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.nio.file.Path;

/** A file that came with a request, known by its digest alone to whoever compares requests. */
record Upload(
        @JsonIgnore Path file, String digest, @JsonIgnore long bytes) {}
