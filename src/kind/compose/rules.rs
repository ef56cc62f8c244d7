//! All rules of `compose:`, and the order in which they are held against a project.

use super::judge::Judge;
use super::{depend, drift, health, limits, loading, mounts, pins, ports, rights, secrets, stores};
use crate::model::Rule;

/// All of them.
pub(super) const RULES: &[&Rule] = &[
    &loading::UNSET_VARIABLE,
    &loading::OBSOLETE_VERSION,
    &loading::OBSOLETE_FORM,
    &loading::ODD_VALUE,
    &loading::DUPLICATE_ITEM,
    &loading::ODD_DOTENV,
    &loading::TWO_COMPOSE_FILES,
    &loading::DEPENDENCY_CYCLE,
    &depend::HEALTHY_WITHOUT_CHECK,
    &depend::HEALTH_UNKNOWN,
    &depend::DATABASE_NOT_AWAITED,
    &depend::ONE_SHOT_NOT_AWAITED,
    &depend::NEVER_COMPLETES,
    &depend::INACTIVE_DEPENDENCY,
    &health::HEALTHCHECK_FORM,
    &health::NO_HEALTHCHECK,
    &rights::PRIVILEGED,
    &rights::HOST_NAMESPACE,
    &rights::UNCONFINED,
    &rights::DANGEROUS_CAPABILITY,
    &rights::CAPABILITY_ADDED,
    &rights::CAPABILITY_KEPT,
    &rights::NEW_PRIVILEGES,
    &rights::WRITABLE_ROOT,
    &rights::ROOT_USER,
    &mounts::ENGINE_SOCKET,
    &mounts::HOST_PATH,
    &mounts::DANGEROUS_DEVICE,
    &pins::UNTAGGED_IMAGE,
    &pins::LATEST_TAG,
    &pins::NO_DIGEST,
    &pins::BUILD_AND_IMAGE,
    &ports::DATABASE_PUBLISHED,
    &ports::PUBLISHED_EVERYWHERE,
    &ports::PORT_TAKEN,
    &secrets::PLAINTEXT_SECRET,
    &secrets::SECRET_IN_URL,
    &secrets::SECRET_BUILD_ARG,
    &stores::DATABASE_WITHOUT_VOLUME,
    &limits::NO_LIMIT,
    &limits::NO_RESERVATION,
    &limits::FEW_REPLICAS,
    &limits::NO_UPDATE_CONFIG,
    &limits::NO_RESTART,
    &limits::UNLIMITED_LOGS,
    &drift::DRIFT,
];

/// Holds all of them against a project, except those about reading and comparing.
pub(super) fn check(judge: &mut Judge<'_>) {
    let project = judge.project;
    for service in &project.services {
        rights::check(judge, service);
        mounts::check(judge, service);
        pins::check(judge, service);
        ports::check(judge, service);
        secrets::check(judge, service);
        stores::check(judge, service);
        health::check(judge, service);
        depend::check(judge, service);
        limits::check(judge, service);
    }
    ports::taken(judge);
}
