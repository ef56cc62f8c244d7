//! Services that keep data: which images are such, where they keep it, and that it is kept.

use super::judge::Judge;
use crate::format::compose::Service;
use crate::format::compose::model::MountKind;
use crate::model::{Rule, Severity};

/// Data that goes with the container.
pub(super) const DATABASE_WITHOUT_VOLUME: Rule = Rule {
    id: "database-without-volume",
    aliases: &[],
    severity: Severity::Error,
    about: "A database keeps its data in no named volume",
    why: "An unnamed volume belongs to one container: after `docker compose down` and `up` the database \
          starts empty.",
    fix: "mount a named volume where it keeps its data, such as `data:/var/lib/postgresql/data`",
    source: "https://docs.docker.com/engine/storage/volumes/",
    settings: "",
    bad: "services:\n  db: {image: 'postgres:16.4'}\n",
    good: "services:\n  db: {image: 'postgres:16.4', volumes: ['data:/var/lib/postgresql/data']}\nvolumes: {data: {}}\n",
};

/// An image that keeps data.
#[derive(Debug)]
pub(super) struct Store {
    /// The last part of its name.
    name: &'static str,
    /// Where it keeps its data; any of these, or a folder above or below.
    folders: &'static [&'static str],
    /// It is a cache for many: that its data is not kept is often meant.
    cache: bool,
}

const fn store(name: &'static str, folders: &'static [&'static str]) -> Store {
    Store {
        name,
        folders,
        cache: false,
    }
}

const fn cache(name: &'static str, folders: &'static [&'static str]) -> Store {
    Store {
        name,
        folders,
        cache: true,
    }
}

const POSTGRES: &[&str] = &[
    "/var/lib/postgresql",
    "/var/lib/postgresql/data",
    "/bitnami/postgresql",
];
const MYSQL: &[&str] = &["/var/lib/mysql", "/bitnami/mysql", "/bitnami/mariadb"];

const STORES: &[Store] = &[
    store("postgres", POSTGRES),
    store("postgis", POSTGRES),
    store("postgresql", POSTGRES),
    store("pgvector", POSTGRES),
    store("timescaledb", POSTGRES),
    store("mysql", MYSQL),
    store("mariadb", MYSQL),
    store("percona", MYSQL),
    store("mongo", &["/data/db"]),
    store("mongodb", &["/bitnami/mongodb", "/data/db"]),
    store("cassandra", &["/var/lib/cassandra"]),
    store("couchdb", &["/opt/couchdb/data"]),
    store("elasticsearch", &["/usr/share/elasticsearch/data"]),
    store("opensearch", &["/usr/share/opensearch/data"]),
    store("influxdb", &["/var/lib/influxdb", "/var/lib/influxdb2"]),
    store("clickhouse-server", &["/var/lib/clickhouse"]),
    cache("redis", &["/data", "/bitnami/redis"]),
    cache("valkey", &["/data"]),
    cache("memcached", &[]),
];

/// The store that a service is, by the name of its image.
pub(super) fn of(service: &Service) -> Option<&'static Store> {
    let image = service.image.as_ref().filter(|_| service.build.is_none())?;
    let name = image.value.split('@').next().unwrap_or_default();
    let last = name.rsplit('/').next().unwrap_or_default();
    let last = last.split(':').next().unwrap_or_default();
    STORES.iter().find(|store| store.name == last)
}

pub(super) fn check(judge: &mut Judge<'_>, service: &Service) {
    let Some(store) = of(service).filter(|store| !store.cache) else {
        return;
    };
    let kept = |folder: &&str| {
        let mounts = service.volumes.iter();
        let named = mounts.filter(|mount| mount.source.is_some() || mount.kind == MountKind::Tmpfs);
        let mut targets = named.filter_map(|mount| mount.target.as_ref());
        let own = service.run.tmpfs.iter();
        let mut own = own.filter_map(|tmpfs| tmpfs.value.split(':').next());
        targets.any(|target| target.trim_end_matches('/') == *folder)
            || own.any(|target| target.trim_end_matches('/') == *folder)
    };
    // Where it is told to keep them elsewhere, any volume will do.
    let moved = ["PGDATA", "MYSQL_DATADIR"].into_iter();
    let mut moved = moved.filter_map(|name| service.variable(name)?.value.as_ref());
    let elsewhere = moved.any(|folder| {
        let mut targets = service
            .volumes
            .iter()
            .filter_map(|mount| mount.target.as_ref());
        targets.any(|target| folder.value.starts_with(target.value.as_str()))
    });
    if store.folders.iter().any(kept) || elsewhere {
        return;
    }
    let message = format!(
        "`{}` keeps its data in no named volume: nothing is mounted at {}",
        service.name,
        store.folders.first().unwrap_or(&"its data")
    );
    judge.hit(
        &DATABASE_WITHOUT_VOLUME,
        service,
        service.key_span("volumes"),
        message,
    );
}
