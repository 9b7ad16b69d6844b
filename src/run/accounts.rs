//! `porch user`: looks after accounts at the board itself, for the day the owner forgot a password.

use std::path::Path;

use crate::auth::code::fresh_password;
use crate::auth::password::{Hasher, Password};
use crate::clock;
use crate::config::UserCommand;
use crate::fair::Asker;
use crate::proto::change::Change;
use crate::proto::op::{AccountOp, DeletedBy, Op, Outcome, Reply, SessionOp, Snapshot};
use crate::proto::role::BoxRole;
use crate::proto::user_name::UserName;
use crate::store::{Account, ApplyError, OpenError, Store};

use super::RunError;

/// Characters of a password that is made here, five random bits each: nobody finds it from its hash.
const PASSWORD_CHARS: usize = 16;

/// Carries out one command on the data folder. A porch that runs on it must be stopped first.
pub(super) fn look_after(data_dir: &Path, command: &UserCommand) -> Result<(), RunError> {
    on_store(data_dir, async |store, snapshot| match command {
        UserCommand::List => {
            for user in &snapshot.users {
                let role = match user.role {
                    BoxRole::Guest => "guest",
                    BoxRole::Member => "member",
                    BoxRole::Owner => "owner",
                };
                println!("{:>6}  {role:<7} {}", user.id, user.name);
            }
            Ok(())
        }
        UserCommand::Delete { name } => delete(store, name).await,
        UserCommand::MakeOwner { name } => make_owner(store, name).await,
        UserCommand::ResetPassword { name } => reset_password(store, name).await,
        UserCommand::RevokeOwner { name } => revoke_owner(store, name).await,
        UserCommand::SignOut { name } => sign_out(store, name).await,
    })
}

/// Opens the store of a folder that no porch runs on, does something with it, and closes it.
pub(super) fn on_store(
    data_dir: &Path,
    act: impl AsyncFnOnce(&Store, &Snapshot) -> Result<(), RunError>,
) -> Result<(), RunError> {
    if !data_dir.is_dir() {
        return Err(RunError::Refused(format!("there is no data folder {}", data_dir.display())));
    }
    super::begin_anew::refuse_emptied(data_dir)?;
    let (store, snapshot) = Store::open(data_dir, clock::wall).map_err(|error| match error {
        OpenError::Held { dir } => RunError::Refused(format!(
            "porch is running on {}: stop it first (on a board: systemctl stop porch)",
            dir.display()
        )),
        error => RunError::Store(error),
    })?;
    super::clock::begin(data_dir, &snapshot);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(RunError::Runtime)?;
    let done = runtime.block_on(act(&store, &snapshot));
    store.close();
    done
}

async fn make_owner(store: &Store, name: &str) -> Result<(), RunError> {
    let account = account(store, name).await?;
    if account.user.role == BoxRole::Guest {
        let reason = format!("{} is a guest: an owner makes them a member first, in the page", account.user.name);
        return Err(RunError::Refused(reason));
    }
    apply(store, Op::Account(AccountOp::MakeOwner { user: account.user.id })).await?;
    println!("{} is an owner of the box now.", account.user.name);
    Ok(())
}

async fn revoke_owner(store: &Store, name: &str) -> Result<(), RunError> {
    let account = account(store, name).await?;
    if account.user.role != BoxRole::Owner {
        return Err(RunError::Refused(format!("{} is no owner of the box", account.user.name)));
    }
    apply(store, Op::Account(AccountOp::RevokeOwner { user: account.user.id })).await?;
    println!("{} is a member like others now.", account.user.name);
    Ok(())
}

async fn sign_out(store: &Store, name: &str) -> Result<(), RunError> {
    let account = account(store, name).await?;
    apply(store, Op::Session(SessionOp::EndAll { user: account.user.id })).await?;
    println!("{} is signed out everywhere.", account.user.name);
    Ok(())
}

async fn delete(store: &Store, name: &str) -> Result<(), RunError> {
    let account = account(store, name).await?;
    if account.user.role == BoxRole::Owner {
        let reason =
            format!("{} is an owner of the box: take that back first (porch user revoke-owner)", account.user.name);
        return Err(RunError::Refused(reason));
    }
    let op = AccountOp::Delete { user: account.user.id, by: DeletedBy::Owner, at: clock::wall() };
    apply(store, Op::Account(op)).await?;
    println!("The account of {} is deleted. What it wrote stays, without the name.", account.user.name);
    Ok(())
}

async fn reset_password(store: &Store, name: &str) -> Result<(), RunError> {
    let account = account(store, name).await?;
    let failed = |reason: &str| RunError::Refused(format!("no new password could be made: {reason}"));
    let fresh = fresh_password(PASSWORD_CHARS).map_err(|_| failed("the system gives no randomness"))?;
    let hashed =
        Hasher::default().hash(Asker::Box, Password::typed(&fresh)).await.map_err(|_| failed("hashing failed"))?;
    apply(
        store,
        Op::Account(AccountOp::SetPassword { user: account.user.id, checked: None, password: hashed, keep: None }),
    )
    .await?;
    println!("{} can sign in with this password, and is signed out everywhere:\n{fresh}", account.user.name);
    Ok(())
}

pub(super) async fn account(store: &Store, name: &str) -> Result<Account, RunError> {
    let unknown = || RunError::Refused(format!("nobody here is called {name:?}; `porch user list` shows who is"));
    let parsed = UserName::parse(name).map_err(|_| unknown())?;
    let found = store.read(Asker::Box, move |reader| reader.account_by_key(parsed.key())).await;
    found.map_err(|error| RunError::Refused(error.to_string()))?.ok_or_else(unknown)
}

pub(super) async fn apply(store: &Store, op: Op) -> Result<(Reply, Vec<Change>), RunError> {
    match store.apply(op).await {
        Ok(Outcome::Made { reply, changes }) => Ok((reply, changes)),
        Ok(Outcome::Refused(code)) => Err(RunError::Refused(code.message().to_owned())),
        Err(ApplyError::Busy | ApplyError::Fault(_)) => {
            Err(RunError::Refused("the disk refused the change: nothing was stored".into()))
        }
    }
}
