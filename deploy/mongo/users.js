// Run once by the image, when the database is made. Windbox may do what it likes in its own database, and nothing elsewhere.
db.getSiblingDB('windbox').createUser({
  user: 'windbox',
  pwd: process.env.DATABASE_PASSWORD,
  roles: [{ role: 'dbOwner', db: 'windbox' }],
})
