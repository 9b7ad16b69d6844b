-- A direct room whose other person is gone has that person's last name as its own. Of guests whose stay has ended before
-- this layout the name is still known; of deleted accounts it is not.
UPDATE rooms
SET name = ifnull((
    SELECT users.name FROM users
    WHERE users.id IN (rooms.low, rooms.high) AND users.id NOT IN (SELECT user FROM members WHERE room = rooms.id)), '')
WHERE kind = 'direct' AND (SELECT count(*) FROM members WHERE room = rooms.id) = 1;
