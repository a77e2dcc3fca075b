# capture-service or sae-trainer-service for NVIDIA GPUs: the JRE of the plain image on CUDA and cuDNN.
#
#   ./mvnw -DskipTests -Psbom -Pgpu package
#   docker build -f deploy/images/cuda.Dockerfile --build-arg SERVICE=capture-service -t concordance/capture-service-cuda:0.1.0 .
#
# Pin both bases as in Dockerfile: --build-arg BASE=...@sha256:... --build-arg JRE=...@sha256:...
ARG BASE=nvidia/cuda:12.9.2-cudnn-runtime-ubuntu24.04
ARG JRE=eclipse-temurin:25-jre
FROM ${JRE} AS jre
FROM ${BASE}
ARG SERVICE
ENV LANG=C.UTF-8 JAVA_HOME=/opt/java/openjdk PATH=/opt/java/openjdk/bin:${PATH}
LABEL org.opencontainers.image.title="concordance ${SERVICE}, CUDA"
COPY --from=jre /opt/java/openjdk /opt/java/openjdk
COPY ${SERVICE}/target/quarkus-app/lib/ /app/lib/
COPY ${SERVICE}/target/quarkus-app/quarkus-run.jar /app/
COPY ${SERVICE}/target/quarkus-app/quarkus/ /app/quarkus/
COPY ${SERVICE}/target/quarkus-app/app/ /app/app/
COPY ${SERVICE}/target/bom.json /app/bom.json
RUN mkdir /work && chown 10001:10001 /work
USER 10001:10001
WORKDIR /work
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector", "--sun-misc-unsafe-memory-access=allow", "-jar", "/app/quarkus-run.jar"]
